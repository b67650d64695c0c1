"""What Flux deploys a build by."""
