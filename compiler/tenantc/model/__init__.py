"""The frozen nouns that stages hand to each other."""
