import MeshCore
import Testing

@testable import MeshSimulator

/// What is remembered of a signature must be what OpenSSL said of this one, and of no other.
@Suite struct VerdictsTests {
    private let alice = FastCryptography(index: 1, seed: 7)
    private let bob = FastCryptography(index: 2, seed: 7)
    private let verdicts = Verdicts()

    private func body(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// The verdict, and whether anybody had to be asked for it; who is asked says `answer`.
    private func ask(_ signature: Signature, of body: [UInt8], by key: NodeID, answer: Bool) -> (
        verdict: Bool, isAsked: Bool
    ) {
        var isAsked = false
        let verdict = verdicts.verdict(on: signature, of: body, by: key) {
            isAsked = true
            return answer
        }
        return (verdict, isAsked)
    }

    @Test(arguments: [true, false])
    func `a signature is checked once, good or bad`(_ answer: Bool) {
        let signature = alice.sign([1])
        #expect(ask(signature, of: body("a"), by: alice.publicKey, answer: answer) == (answer, true))
        #expect(ask(signature, of: body("a"), by: alice.publicKey, answer: !answer) == (answer, false))
    }

    @Test func `another signature, body or key is another question`() {
        let signature = alice.sign([1])
        #expect(ask(signature, of: body("a"), by: alice.publicKey, answer: true) == (true, true))
        #expect(ask(alice.sign([2]), of: body("a"), by: alice.publicKey, answer: false) == (false, true))
        #expect(ask(signature, of: body("b"), by: alice.publicKey, answer: false) == (false, true))
        #expect(ask(signature, of: body("a"), by: bob.publicKey, answer: false) == (false, true))
        #expect(ask(signature, of: body("a"), by: alice.publicKey, answer: false) == (true, false))
    }

    /// All but one in sixteen of what was signed here is good without a question, in just these bytes.
    @Test func `of what was signed here one in sixteen is checked`() {
        var checked = 0
        for number in 0..<4_096 {
            let bytes = body("\(number)")
            let signature = alice.sign(bytes)
            verdicts.noteSigned(signature, of: bytes, by: alice.publicKey)
            checked += ask(signature, of: bytes, by: alice.publicKey, answer: true).isAsked ? 1 : 0
            #expect(ask(signature, of: bytes + [0], by: alice.publicKey, answer: false) == (false, true))
        }
        // Binomial: 256 on the average, with a standard deviation of 15.5.
        #expect((150...360).contains(checked), "\(checked)")
    }

    @Test func `no more than its capacity is kept`() {
        let signature = alice.sign([1])
        for number in 0..<Verdicts.capacity {
            #expect(ask(signature, of: body("\(number)"), by: alice.publicKey, answer: true).isAsked)
        }
        #expect(!ask(signature, of: body("0"), by: alice.publicKey, answer: true).isAsked)
        #expect(ask(signature, of: body("one more"), by: alice.publicKey, answer: true).isAsked)
        #expect(ask(signature, of: body("0"), by: alice.publicKey, answer: true).isAsked)
    }

    @Test func `nodes of one world ask OpenSSL, and a forgery stays one`() throws {
        let world = World(World.Options(), count: 2)
        let (first, second) = (world.nodes[0].cryptography, world.nodes[1].cryptography)
        let signature = first.sign([1, 2, 3])
        for _ in 0..<2 {
            #expect(second.verify(signature, of: [1, 2, 3], by: first.publicKey))
            #expect(!second.verify(signature, of: [1, 2, 4], by: first.publicKey))
            #expect(!first.verify(signature, of: [1, 2, 3], by: second.publicKey))
        }
    }
}
