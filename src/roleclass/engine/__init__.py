"""How postings become answers: the model file, batches, threads, outputs."""
