internal import MeshCore

/// A node's answers to `status` and `links` as Prometheus reads them (text format 0.0.4).
enum MetricsText {
    private struct Family {
        let name: String
        let kind: String
        let help: String
        var samples: [(labels: [(String, String)], value: String)] = []

        var lines: [String] {
            guard !samples.isEmpty else { return [] }
            return ["# HELP mesh_\(name) \(help)", "# TYPE mesh_\(name) \(kind)"]
                + samples.map { sample in
                    let labels = sample.labels.map { "\($0.0)=\"\(MetricsText.escaped($0.1))\"" }
                    return "mesh_\(name)" + (labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}")
                        + " \(sample.value)"
                }
        }
    }

    static func lines(status: JSON, links: JSON) -> [String] {
        (gauges(status) + ofLinks(links["links"]?.array ?? []) + counters(status["counters"])).flatMap(\.lines)
    }

    // MARK: What is

    private static func gauges(_ status: JSON) -> [Family] {
        let counts = [
            ("members", "Admitted members, this node among them."),
            ("online", "Members in reach, this node among them."), ("links", "Open links."),
            ("messages", "Messages in the history."),
        ]
        var families = counts.map { name, help in
            gauge(name, help, status[name]?.integer.map { "\($0)" })
        }
        families.append(
            gauge(
                "converged", "1 when every peer's view equals this node's.",
                status["converged"]?.bool.map { $0 ? "1" : "0" }))
        families.append(
            gauge(
                "oldest_prekey_age_seconds", "Age of the oldest private prekey that this node still has.",
                status["keysAgeMs"]?.integer.map(seconds)))
        families.append(
            Family(
                name: "info", kind: "gauge", help: "Who this is, and how its links are secured.",
                samples: [
                    (
                        [
                            ("id", status["id"]?.string ?? ""), ("nick", status["nick"]?.string ?? ""),
                            ("state", status["state"]?.string ?? ""), ("tls", status["tls"]?.string ?? ""),
                        ], "1"
                    )
                ]))
        return families
    }

    private static func gauge(_ name: String, _ help: String, _ value: String?) -> Family {
        Family(name: name, kind: "gauge", help: help, samples: value.map { [([], $0)] } ?? [])
    }

    private static func ofLinks(_ links: [JSON]) -> [Family] {
        func family(_ name: String, _ help: String, _ value: (JSON) -> String?) -> Family {
            let samples = links.compactMap { link in
                value(link).map { (labels: [("peer", link["id"]?.string ?? "")], value: $0) }
            }
            return Family(name: name, kind: "gauge", help: help, samples: samples)
        }
        return [
            family("link_phi", "How strongly a peer's silence speaks for its death; 8 is suspicious.") {
                $0["phi"]?.double.map { "\($0)" }
            },
            family("link_rtt_seconds", "Round trip over a link.") { $0["rttMs"]?.double.map { "\($0 / 1_000)" } },
            family("link_eager", "1 when own messages are pushed over the link at once.") {
                $0["push"] == .string("eager") ? "1" : "0"
            },
            family("link_age_seconds", "Since when a link is open.") { $0["sinceMs"]?.integer.map(seconds) },
        ]
    }

    private static func seconds(_ milliseconds: Int64) -> String { "\(Double(milliseconds) / 1_000)" }

    // MARK: What was counted

    private static func counters(_ counters: JSON?) -> [Family] {
        guard case .object(let members) = counters else { return [] }
        var families: [Family] = []
        for member in members {
            guard let value = member.value.integer else { continue }
            let (family, labels) = place(member.name)
            if let index = families.firstIndex(where: { $0.name == family.name }) {
                families[index].samples.append((labels, "\(value)"))
            } else {
                families.append(
                    Family(name: family.name, kind: "counter", help: family.help, samples: [(labels, "\(value)")]))
            }
        }
        return families.sorted { $0.name < $1.name }
    }

    /// In which family a counter belongs, and by which label it is told apart there.
    private static func place(_ name: String) -> (family: (name: String, help: String), labels: [(String, String)]) {
        let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
        let rest = parts.count == 2 ? parts[1] : ""
        switch parts[0] {
        case "transport": return placeOfTransport(rest)
        case "received": return (("received_total", "Messages of the protocol received."), [("kind", rest)])
        case "sent": return (("sent_total", "Messages of the protocol sent."), [("kind", rest)])
        case "refused", "malformed", "dropped", "rejected":
            let help = "Inputs that were turned down, by reason."
            return (("rejected_inputs_total", help), [("reason", name)])
        case "linkFailure": return (("link_ends_total", "Links and dials that ended, by reason."), [("reason", rest)])
        case "repaired": return (("repaired_messages_total", "Messages that repair has brought."), [])
        default: return (("events_total", "Everything else that is counted."), [("name", name)])
        }
    }

    private static func placeOfTransport(
        _ name: String
    ) -> (family: (name: String, help: String), labels: [(String, String)]) {
        let units = [
            ("bytes", "Bytes of links, as the peers sent and got them."), ("frames", "Frames of links."),
            ("datagrams", "Datagrams of discovery."),
        ]
        for (unit, help) in units where name.hasPrefix(unit) {
            return (("\(unit)_total", help), [("direction", name.hasSuffix("In") ? "in" : "out")])
        }
        let reason = name.hasPrefix("failed.") ? String(name.dropFirst("failed.".count)) : name
        return (("connection_failures_total", "Connections that failed, by reason."), [("reason", reason)])
    }

    /// Label values escape three characters; the nick is a peer's word only as far as it is this node's own.
    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
