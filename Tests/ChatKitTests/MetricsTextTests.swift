import Testing

@testable import ChatKit

/// The text that Prometheus reads.
@Suite struct MetricsTextTests {
    private func lines(_ status: String, _ links: String = #"{"links":[]}"#) throws -> [String] {
        MetricsText.lines(status: try JSONParser.parse(status.utf8), links: try JSONParser.parse(links.utf8))
    }

    @Test func countersAreSortedIntoFamilies() throws {
        let text = try lines(
            """
            {"members":3,"online":2,"links":2,"messages":7,"converged":true,"keysAgeMs":1500,"id":"ab","nick":"a\\"b",
            "state":"connected","tls":"on","counters":{"refused.hello":4,"malformed.chat":1,"received.gossip":5,
            "transport.bytesIn":10,"transport.bytesOut":20,"transport.framesIn":3,"transport.failed.timeout":2,
            "transport.refusedFull":0,"repaired":6,"linkFailure.closed":1,"duplicates":8}}
            """)
        for line in [
            "mesh_members 3", "mesh_online 2", "mesh_converged 1", "mesh_oldest_prekey_age_seconds 1.5",
            #"mesh_info{id="ab",nick="a\"b",state="connected",tls="on"} 1"#,
            #"mesh_rejected_inputs_total{reason="refused.hello"} 4"#,
            #"mesh_rejected_inputs_total{reason="malformed.chat"} 1"#, #"mesh_received_total{kind="gossip"} 5"#,
            #"mesh_bytes_total{direction="in"} 10"#, #"mesh_bytes_total{direction="out"} 20"#,
            #"mesh_frames_total{direction="in"} 3"#, #"mesh_connection_failures_total{reason="timeout"} 2"#,
            "mesh_repaired_messages_total 6", #"mesh_link_ends_total{reason="closed"} 1"#,
            #"mesh_events_total{name="duplicates"} 8"#,
        ] {
            #expect(text.contains(line), "\(line)")
        }
    }

    @Test func aLinkIsToldApartByItsPeer() throws {
        let link = #"{"links":[{"id":"cd","push":"eager","rttMs":2.5,"sinceMs":4000,"phi":0.25}]}"#
        let text = try lines("{}", link)
        #expect(text.contains(#"mesh_link_phi{peer="cd"} 0.25"#))
        #expect(text.contains(#"mesh_link_rtt_seconds{peer="cd"} 0.0025"#))
        #expect(text.contains(#"mesh_link_eager{peer="cd"} 1"#))
        #expect(text.contains(#"mesh_link_age_seconds{peer="cd"} 4.0"#))
    }

    /// Each family has one HELP and one TYPE, and all its samples in one piece, as the format demands.
    @Test func familiesAreWhole() throws {
        let text = try lines(
            #"{"members":1,"counters":{"a":1,"sent.x":1,"b":2,"sent.y":2,"refused.q":1,"dropped.z":3}}"#)
        let families = text.filter { $0.hasPrefix("# TYPE") }.map { $0.split(separator: " ")[2] }
        #expect(Set(families).count == families.count)
        var seen: [String] = []
        for line in text where !line.hasPrefix("#") {
            let name = String(line.prefix { $0 != "{" && $0 != " " })
            if seen.last != name { seen.append(name) }
        }
        #expect(Set(seen).count == seen.count)
    }
}
