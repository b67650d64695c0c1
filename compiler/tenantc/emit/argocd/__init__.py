"""What Argo CD deploys a build by."""
