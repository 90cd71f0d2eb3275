internal import ChatKit
internal import MeshCore

/// Who one is, how the mesh is, what waits to be read.
enum StatusBar {
    static func draw(_ model: ChatModel, _ layout: ScreenLayout, on canvas: inout Canvas) {
        canvas.fill(layout.status, .bar)
        let nick = model.snapshot.nick.map { SafeText.printable($0, limit: 32) } ?? "no nick yet"
        var parts = [" \(model.time.clock(model.now))", "\(nick) [\(model.selfID.short)]", state(model)]
        let unread = model.windows.indices.filter { model.windows[$0].unread > 0 }.map {
            "\(model.title(of: model.windows[$0])) \(model.windows[$0].unread)"
        }
        if !unread.isEmpty { parts.append("unread " + unread.joined(separator: ", ")) }
        if model.window.scroll > 0 {
            parts.append(model.window.below > 0 ? "\(model.window.below) below: End" : "End: newest")
        }
        canvas.write(parts.joined(separator: "  "), layout.status, 0, .bar, end: model.size.columns)
    }

    private static func state(_ model: ChatModel) -> String {
        let links = model.snapshot.links.count
        switch model.state {
        case .connected: return "mesh ok, \(links) link\(links == 1 ? "" : "s")"
        case .joining:
            if let rejection = model.rejection { return "joining: " + reason(rejection) }
            if model.snapshot.network == nil && !model.hasSeedPeers { return "no network yet: F2 invites a friend" }
            return "joining"
        case .recovering: return "Recovering..." + (model.rejection.map { " " + reason($0) } ?? "")
        case .offline: return "offline, dialling on" + (model.rejection.map { ": " + reason($0) } ?? "")
        }
    }

    /// In a few words; the whole sentence is in the transcript.
    private static func reason(_ rejection: Rejection) -> String {
        switch rejection.reason {
        case .notInvited: "not invited yet, F4 shows your key"
        case .revoked: "your key was revoked"
        case .full: "no room there"
        case .version: "another version"
        case .otherNetwork: "another network"
        case .tlsExpected, .clearExpected: "TLS on one side only"
        case .badIdentity: "not the expected key"
        }
    }
}
