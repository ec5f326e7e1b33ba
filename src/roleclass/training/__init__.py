"""Training: corpus -> lines -> features -> linear model -> calibration -> ONNX. Needs ``roleclass[train]``.

Nothing outside this folder imports scikit-learn, and nothing in it is needed to predict.

=================================  ==============================================================
`corpus`, `spans`, `fieldguide`    labelled postings and lines, checked row by row
`copies`, `everyday`               changed copies of them, and written postings
`cut`                              words, n-grams and lines: the first part of the graph
`lines`                            what each line is: the line model, out of fold
`measures`, `features`             counts in a posting; the features of the role model
`prepared`, `model`                prepare the training split; fit the pipeline
`cross_validation`, `unclear`      fit it out of fold; the rule for `unclear`
`calibration`, `evaluation`        temperature, thresholds; all figures
`graph`                            the rest as ONNX operators: the model file, compared with the pipeline
`run`, `card`                      all steps in order: ``roleclass train``; the model card
=================================  ==============================================================
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
