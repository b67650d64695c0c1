"""From judged settings to artifacts: documents say what, one writer per format says how it is spelled."""
