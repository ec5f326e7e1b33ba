"""The workshop: corpus -> features -> linear model -> calibration -> ONNX. Needs ``roleclass[train]``.

Nothing outside this folder imports scikit-learn, and nothing in it is needed to predict.

=================  ==============================================================================
`corpus`           labelled postings from Parquet files, checked row by row
`fieldguide`       the same from the public field guide's YAML files
`features`         `PostingFeatures`: bytes -> numbers, a scikit-learn transformer
`model`            the pipeline and how it is fitted: weights, out-of-fold predictions
`calibration`      temperature, thresholds, calibration error
`evaluation`       accuracy, macro-F1, by part and by confidence
`graph`            the ONNX operators that turn bytes into counts
`export`           converters for skl2onnx; the model file and its metadata
`parity`           scikit-learn's answer against the model file's
`run`              all of it in order: ``roleclass train``
=================  ==============================================================================
"""

from roleclass.errors import require_extra

require_extra(
    "train",
    "datasets",
    "filelock",
    "joblib",
    "onnx",
    "scipy",
    "skl2onnx",
    "sklearn",
    "threadpoolctl",
    "yaml",
)
