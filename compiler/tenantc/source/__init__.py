"""Text with positions, values, dotted paths and digests: what every other room stands on."""
