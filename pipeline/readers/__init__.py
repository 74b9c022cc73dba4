"""One module for each kind of file that finance drops; ``pipeline.read`` chooses."""
