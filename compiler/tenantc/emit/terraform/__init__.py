"""The Terraform target: what a tenant has of its own in AWS, whatever its isolation: a key, a bucket, a log group."""
