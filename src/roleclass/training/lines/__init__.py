"""The lines of a posting: where they are cut, what is seen of them, the model that names them."""
