// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/** Every text that a person reads, so that it can be translated in one place. */
export const texts = {
    product: 'Galène',
    landing: {
        title: 'Meet in a group',
        introduction: 'Type the name of a group to see and hear the people in it.',
        group: 'Group',
        join: 'Join',
        publicGroups: 'Public groups',
        noPublicGroups: 'There are no public groups on this server.',
        publicGroupsFailed: 'The list of public groups cannot be had now.',
        /** @param {string} name */
        noSuchGroup: (name) => `There is no group named “${name}”.`,
        nameNeeded: 'Type the name of a group first.',
        /** @param {number} status */
        failed: (status) => `The server cannot tell about this group (error ${status}).`,
        unreachable: 'The server cannot be reached.',
        /** @param {number} count */
        people: (count) => (count === 1 ? '1 person' : `${count} people`),
        locked: 'locked',
        remote: 'on another server',
    },
    notFound: {
        title: 'Nothing here',
        explanation: 'There is no page and no group at this address.',
        back: 'Go to the start page',
    },
    join: {
        username: 'Your name',
        password: 'Password',
        passwordHint: 'Leave it empty if the group has none.',
        devices: 'When joining, turn on',
        devicesBoth: 'Camera and microphone',
        devicesMicrophone: 'Microphone only',
        devicesNothing: 'Nothing',
        join: 'Join',
        joining: 'Joining…',
        statusFailed: 'The server does not tell about this group. Joining may fail.',
        noWebRTC: 'This browser cannot take part in video meetings: it has no WebRTC.',
    },
    failure: {
        usernameNeeded: 'This group wants a name.',
        usernameTaken: 'This name is taken. Choose another.',
        /** @param {string} reason */
        refused: (reason) => `The server says: ${reason}`,
        unexplained: 'The server has refused, without a reason.',
        connectionLost: 'The connection to the server is lost.',
        /** @param {string} reason */
        closed: (reason) => `The server has ended the connection: ${reason}`,
        /** @param {string} reason */
        broken: (reason) => `The connection has failed: ${reason}`,
        cannotConnect: 'The server cannot be reached.',
    },
    toolbar: {
        label: 'Meeting controls',
        enable: 'Enable',
        enableLong: 'Enable camera and microphone',
        disable: 'Disable',
        disableLong: 'Disable camera and microphone',
        mute: 'Mute',
        muteLong: 'Mute microphone',
        unmute: 'Unmute',
        unmuteLong: 'Unmute microphone',
        chat: 'Chat',
        people: 'People',
        leave: 'Leave',
        leaveLong: 'Leave the meeting',
    },
    grid: {
        label: 'Videos',
        empty: 'Nobody shows a picture yet.',
        emptyHint: 'Enable your camera and microphone to be seen and heard.',
        emptyWait: 'Videos appear here when somebody sends them.',
        /** @param {string} name */
        own: (name) => (name ? `${name} (you)` : 'You'),
        /** @param {string} name */
        tile: (name) => `Video of ${name}`,
        connecting: 'Connecting…',
        failed: 'Connection lost, trying again…',
        play: 'Play',
    },
    panel: {
        close: 'Close panel',
    },
    chat: {
        title: 'Chat',
        messages: 'Messages',
        empty: 'No messages yet.',
        input: 'Message',
        send: 'Send',
        notAllowed: 'You may not write in this group.',
        private: 'private',
        server: 'Server',
    },
    users: {
        title: 'People',
        list: 'People in this group',
        /** @param {string} name */
        self: (name) => `${name} (you)`,
        anonymous: 'Anonymous',
        sendsVideo: 'sends video',
        sendsAudio: 'sends sound',
        operator: 'operator',
        raisedHand: 'hand raised',
    },
    notices: {
        label: 'Notices',
        dismiss: 'Dismiss',
        /** @param {string} name @param {string} text */
        said: (name, text) => `${name} said: ${text}`,
        /** @param {string} text */
        server: (text) => `The server said: ${text}`,
        locked: 'This group is locked.',
        /** @param {string} name */
        mutedBy: (name) => `${name} has muted your microphone.`,
        mutedByServer: 'The server has muted your microphone.',
        mayPresent: 'Press Enable to be seen and heard.',
        streamFailed: 'A video cannot be shown.',
    },
    camera: {
        notAllowed: 'The browser was not allowed to use the camera or the microphone.',
        notFound: 'No camera and no microphone was found.',
        noCamera: 'The camera cannot be used. Only the microphone is on.',
        busy: 'The camera or the microphone is in use by another program.',
        insecure: 'The browser allows camera and microphone only over HTTPS.',
        /** @param {string} reason */
        failed: (reason) => `Camera and microphone cannot be used: ${reason}`,
    },
};
