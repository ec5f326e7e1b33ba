"""From bytes to words, n-grams and lines: the first part of the graph, which training runs, too."""
