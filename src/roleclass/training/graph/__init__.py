"""The ONNX graph: what training learnt, written with standard operators."""
