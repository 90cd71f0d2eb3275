import MeshCrypto
import Testing

@testable import MeshCore

/// What was said between two is neither shown nor handed to a third, whatever the third asks for.
@Suite struct DirectSecrecyTests {
    /// A node with a direct message of its own to bob, one from bob, and a letter of bob's to carol that it keeps.
    private struct Directs {
        let scene: RepairScene
        let ids: [Hash]
        let chains: [ChainRange]
        /// What a message that passes one of them on holds, or one that announces it.
        let marks: [[UInt8]]

        /// - Parameter onDisk: only there; memory holds one message.
        init(onDisk: Bool) throws {
            scene = RepairScene {
                $0.isDurable = onDisk
                if onDisk { $0.limits.history = 1 }
            }
            let (node, bob) = (scene.node, scene.bob)
            #expect(node.perform(.sendDirect(to: bob.id, text: Array("to bob".utf8))) != nil)
            let first = try #require(node.shown.last)
            let own = try #require(node.core.chat.history.item(first.id))
            var ids = [own.message.id]
            var headers = [own.header]
            var bodies = [own.signed.body]
            for letter in [
                try bob.compose("from bob", to: node.id), try bob.compose("to carol", to: scene.carol.id, for: []),
            ] {
                bob.push(letter, over: scene.bobLink)
                let claim = try node.core.chat.claim(of: letter.message)
                ids.append(claim.id)
                headers.append(claim.body.header)
                bodies.append(letter.message.body)
            }
            #expect(node.perform(.send(text: Array("to all".utf8))) != nil)
            #expect(node.shown.map(\.string) == ["to bob", "from bob", "to all"])
            #expect(node.core.chat.mailbox.count == 1)
            self.ids = ids
            marks = ids.map(\.rawBytes) + bodies
            chains = headers.map { ChainRange(author: $0.sender, chain: $0.chain, from: 0, to: 100) }
        }

        /// All that can be asked for.
        var wants: [SyncRequest.Want] {
            [.ids(ids), .ranges(chains), .direct([])] + ids.map { .ids([$0]) } + chains.map { .ranges([$0]) }
                + chains.map { .direct([$0]) }
        }

        /// No message that went over this link holds or announces one of them or counts its chain. (The node's own requests for
        /// letters say to any member which ones it holds already.)
        func areUnheard(over link: LinkID) -> Bool {
            scene.node.sent(over: link).allSatisfy { message in
                if case .vector(let vector) = message {
                    return (vector.chains ?? []).allSatisfy { entry in !chains.contains { $0.chain == entry.chain } }
                }
                let bytes = message.encoded()
                return marks.allSatisfy { !bytes.contains($0) }
            }
        }
    }

    @Test(arguments: [false, true]) func aThirdMemberIsHandedNothing(onDisk: Bool) throws {
        let directs = try Directs(onDisk: onDisk)
        let (scene, eve) = (directs.scene, directs.scene.eve)
        let prekey = eve.cryptography.makePrekey().publicKey
        for want in directs.wants { eve.ask(want, prekey: prekey, over: scene.eveLink) }
        let responses = eve.responses(over: scene.eveLink)
        #expect(responses.count == directs.wants.count)
        #expect(responses.flatMap(\.items).allSatisfy { if case .missing = $0 { true } else { false } })
    }

    @Test(arguments: [false, true]) func aNewcomerHearsOfNothingAndIsHandedNothing(onDisk: Bool) throws {
        let directs = try Directs(onDisk: onDisk)
        let (node, newcomer) = (directs.scene.node, HostilePeer.member(13, of: directs.scene.node))
        let link = newcomer.join()
        newcomer.say(.vector(VersionVector(root: WireValues.hash(1), chains: [])), over: link)
        node.run(for: .seconds(90))
        #expect(directs.areUnheard(over: link) && !directs.areUnheard(over: directs.scene.eveLink))
        let prekey = newcomer.cryptography.makePrekey().publicKey
        for want in directs.wants { newcomer.ask(want, prekey: prekey, over: link) }
        let responses = newcomer.responses(over: link)
        #expect(responses.count == directs.wants.count)
        #expect(responses.flatMap(\.items).allSatisfy { if case .missing = $0 { true } else { false } })
    }

    /// Those between whom it was said do get it: the questions above are the right ones.
    @Test(arguments: [false, true]) func theRecipientIsHandedWhatIsTheirs(onDisk: Bool) throws {
        let directs = try Directs(onDisk: onDisk)
        let scene = directs.scene
        for (peer, link) in [(scene.bob, scene.bobLink), (scene.carol, scene.carolLink)] {
            peer.ask(.direct([]), prekey: peer.cryptography.makePrekey().publicKey, over: link)
            let items = peer.responses(over: link).flatMap(\.items)
            #expect(items.count == 1)
            #expect(items.allSatisfy { if case .missing = $0 { false } else { true } })
        }
    }
}
