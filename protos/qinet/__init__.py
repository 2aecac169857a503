"""The common interface to quantum networks: protobuf packages `qinet.*.v1`, generated code beside each."""
