/// The little that is needed to know of addresses in their text form, as the system prints them.
enum IPAddress {
    /// 127.0.0.0/8, ::1, and the IPv6 form of the former.
    static func isLoopback(_ text: String) -> Bool {
        text == "::1" || (ipv4(text) ?? ipv4(text.dropPrefix("::ffff:"))).map { $0 >> 24 == 127 } == true
    }

    /// From dotted decimals.
    static func ipv4(_ text: some StringProtocol) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard let byte = UInt8(part) else { return nil }
            address = address << 8 | UInt32(byte)
        }
        return address
    }

    static func text(_ ipv4: UInt32) -> String {
        [24, 16, 8, 0].map { String(ipv4 >> $0 & 0xFF) }.joined(separator: ".")
    }
}

extension String {
    fileprivate func dropPrefix(_ prefix: String) -> Substring {
        hasPrefix(prefix) ? dropFirst(prefix.count) : self[...]
    }
}
