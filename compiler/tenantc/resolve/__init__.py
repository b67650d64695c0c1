"""Stacks and overrides to settings: one value per path, with every definition that led to it."""
