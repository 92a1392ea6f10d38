// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// Put into the page before it joins: keeps hold of its peer connections, notes the candidates that the server sends, and
// lets through only those that the test allows, so that a test can choose the path; and has the camera's picture encoded
// as the test wants it.
if (!window.galeneTest) {
    const test = { peers: [], candidates: [], allowed: null, encodings: null };
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

        addTransceiver(track, init) {
            const replaced = test.encodings !== null && track.kind === 'video';
            return super.addTransceiver(track, replaced ? { ...init, sendEncodings: test.encodings } : init);
        }
    };
    window.galeneTest = test;
    // A video in one size, until a test says otherwise: with the third person it would be replaced by one in two.
    if (!sessionStorage.getItem('galene.settings')) {
        sessionStorage.setItem('galene.settings', JSON.stringify({ simulcast: 'off' }));
    }
}
