"""The reference network: two or more KMEs that share keys, over REST and gRPC."""
