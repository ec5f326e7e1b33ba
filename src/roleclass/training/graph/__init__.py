"""Write the trained model as an ONNX graph of standard operators."""
