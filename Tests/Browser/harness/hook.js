// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// Put into the page before it joins: keeps hold of its peer connections, notes the candidates that the server sends, and
// lets through only those that the test allows, so that a test can choose the path.
if (!window.galeneTest) {
    const test = { peers: [], candidates: [], allowed: null };
    const Original = window.RTCPeerConnection;

    const addressOf = (candidate) => candidate.split(' ')[4];
    const admit = (candidate) => {
        test.candidates.push(candidate.replace(/^a=/, ''));
        return test.allowed === null || test.allowed.includes(addressOf(candidate));
    };

    window.RTCPeerConnection = class extends Original {
        constructor(...values) {
            super(...values);
            test.peers.push(this);
        }

        setRemoteDescription(description) {
            const lines = description.sdp.split('\r\n');
            const sdp = lines.filter((line) => !line.startsWith('a=candidate:') || admit(line)).join('\r\n');
            return super.setRemoteDescription({ type: description.type, sdp });
        }

        addIceCandidate(candidate) {
            return admit(candidate.candidate) ? super.addIceCandidate(candidate) : Promise.resolve();
        }
    };
    window.galeneTest = test;
}
