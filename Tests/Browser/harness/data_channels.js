// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// Put into a page: a peer connection with data channels, and what comes on each. Every function takes one argument and
// returns plain data.
window.dataChannels = (() => {
    let pc = null;
    let channels = {};

    const adopt = (channel) => {
        const received = [];
        channels[channel.label] = { channel, received };
        channel.binaryType = 'arraybuffer';
        channel.onmessage = ({ data }) => received.push(data);
    };

    const begin = () => {
        pc?.close();
        pc = new RTCPeerConnection();
        channels = {};
        pc.ondatachannel = ({ channel }) => adopt(channel);
    };

    /** The local description with all candidates in it. */
    const described = async (description) => {
        const complete = new Promise((resolve) => {
            pc.onicecandidate = ({ candidate }) => candidate === null && resolve();
        });
        await pc.setLocalDescription(description);
        await complete;
        return pc.localDescription.sdp;
    };

    const until = async (condition) => {
        const end = performance.now() + 10_000;
        while (!condition()) {
            if (performance.now() > end) throw new Error('not in time');
            await new Promise((resolve) => setTimeout(resolve, 10));
        }
    };

    const content = ({ isText, size }) => {
        const text = 'é'.repeat(Math.floor(size / 2)) + 'a'.repeat(size % 2);
        return isText ? text : Uint8Array.from({ length: size }, (_, index) => index % 251).buffer;
    };

    const isSame = (one, other) => {
        if (typeof one === 'string' || typeof other === 'string') return one === other;
        const [bytes, others] = [new Uint8Array(one), new Uint8Array(other)];
        return bytes.length === others.length && bytes.every((byte, index) => byte === others[index]);
    };

    return {
        async offer(wanted) {
            begin();
            for (const { label, ...init } of wanted) adopt(pc.createDataChannel(label, init));
            return described(await pc.createOffer());
        },

        async answer(sdp) {
            begin();
            await pc.setRemoteDescription({ type: 'offer', sdp });
            return described(await pc.createAnswer());
        },

        apply: (sdp) => pc.setRemoteDescription({ type: 'answer', sdp }),

        add: (candidate) => pc.addIceCandidate({ candidate, sdpMid: '0', sdpMLineIndex: 0 }),

        list: () => Object.values(channels).map(({ channel }) => {
            const { label, ordered, maxRetransmits, maxPacketLifeTime, readyState } = channel;
            return { label, ordered, maxRetransmits, maxPacketLifeTime, readyState };
        }),

        /** Whether a message comes back as it was. */
        async echoed({ label, isText, size }) {
            const { channel, received } = channels[label];
            const sent = content({ isText, size });
            channel.send(sent);
            await until(() => received.length > 0);
            return received.length === 1 && isSame(received.shift(), sent);
        },

        /** Messages of this size, numbered from the first, on all channels by turns. */
        flood({ first, count, size }) {
            for (let number = first; number < first + count; number += 1) {
                for (const { channel } of Object.values(channels)) channel.send(`${number}`.padEnd(size, '.'));
            }
        },

        /** The numbers that have come back, by channel; null for what is no whole message. */
        numbers({ size }) {
            return Object.fromEntries(Object.entries(channels).map(([label, { received }]) => [
                label, received.map((text) => (/^\d+\.*$/u.test(text) && text.length === size ? parseInt(text, 10) : null)),
            ]));
        },

        close: (label) => channels[label].channel.close(),

        end: () => pc.close(),
    };
})();
