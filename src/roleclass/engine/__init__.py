"""Run the model on postings: the model file, batches, threads, outputs."""
