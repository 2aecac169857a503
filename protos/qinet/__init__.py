"""The common interface: protobuf packages `qinet.*.v1`, with the generated code beside each."""
