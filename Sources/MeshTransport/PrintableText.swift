extension String {
    /// At most 160 characters of printable ASCII; everything else becomes `?`. What a peer, a resolver or OpenSSL
    /// says goes through here before it reaches a log or an event, so that no escape sequence gets to a terminal.
    var printable: String {
        let bytes = utf8.prefix(160).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }
        return String(decoding: bytes, as: UTF8.self)
    }
}
