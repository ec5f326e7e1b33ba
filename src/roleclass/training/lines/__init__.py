"""The lines of a posting: the cut, the labels, the model that classifies them."""
