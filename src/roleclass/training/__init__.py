"""Training: corpus -> lines -> features -> linear model -> calibration -> ONNX. Needs ``roleclass[train]``.

Nothing outside this folder imports scikit-learn, and nothing in it is needed to predict.

======================================  =========================================================
`corpus`, `fieldguide`                  labelled postings and lines, checked row by row
`copies`, `everyday`                    changed copies of them, and written postings
`lines`, `gaps`, `line_bytes`           the cut into lines
`line_model`, `line_context`            what each line is
`line_labels`, `line_folds`             from labelled spans to line models, out of fold
`measures`, `features`                  counts in a posting; the features of the role model
`prepared`, `selection`, `model`        prepare the training split; choose settings; fit the pipeline
`calibration`, `evaluation`, `card`     temperature, thresholds; evaluation; the model card
`graph`, `graph_*`, `line_rules`        all of it as ONNX operators
`converters`, `export`, `parity`        the model file, compared with the pipeline
`run`                                   all steps in order: ``roleclass train``
======================================  =========================================================
"""

from roleclass.errors import require_extra

require_extra(
    "train",
    "datasets",
    "joblib",
    "onnx",
    "scipy",
    "skl2onnx",
    "sklearn",
    "threadpoolctl",
    "yaml",
)
