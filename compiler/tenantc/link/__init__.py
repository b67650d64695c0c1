"""Documents to stacks: names resolved, chains put in order, frameworks fixed."""
