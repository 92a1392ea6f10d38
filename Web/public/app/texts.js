// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/** Every text that a person reads, so that it can be translated in one place. */
export const texts = {
    product: 'Galène',
    /** @param {string} place @param {string} product */
    titleOf: (place, product) => `${place} · ${product}`,
    /** What pages show without our scripts. Scripts/check-web holds their markup to it. */
    noScript: 'This page needs JavaScript.',
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
        unreachable: 'The server cannot be reached. Check the network, then try again.',
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
        locked: 'This group is locked: only operators can enter now.',
        /** @param {number} count */
        people: (count) => (count === 0 ? 'Nobody is there yet.' : count === 1 ? '1 person is there.' : `${count} people are there.`),
        otherGroups: 'Other groups',
    },
    failure: {
        usernameNeeded: 'This group wants a name. Type yours.',
        usernameTaken: 'This name is taken. Choose another.',
        notAuthorised: 'The name or the password is wrong.',
        noSuchGroup: 'There is no such group any more.',
        illegalName: 'No group can have such a name.',
        locked: 'This group is locked. Ask somebody in it to unlock it, then try again.',
        /** @param {string} message */
        lockedBy: (message) => `This group is locked. Its operators say: ${message}`,
        notOpenYet: 'This group is not open yet. Come back later.',
        closedGroup: 'This group is closed.',
        full: 'This group is full. Try again when somebody has left.',
        noOperators: 'This group opens when one of its operators is there. Try again later.',
        stopping: 'The server is being stopped. Try again in a minute.',
        busy: 'Too many people are joining at this moment. Try again.',
        internal: 'The server has a problem with this group. Tell who runs it.',
        redirected: 'This group is on another server. You are being taken there.',
        /** @param {string} reason */
        refused: (reason) => `The server says: ${reason}`,
        unexplained: 'The server has refused, without a reason.',
        connectionLost: 'The connection to the server is lost. Check the network, then join again.',
        /** @param {string} reason */
        closed: (reason) => `The server has ended the connection: ${reason}`,
        /** @param {string} reason */
        broken: (reason) => `The connection has failed: ${reason}`,
        timeout: 'The server does not answer any more. Check the network, then join again.',
        otherProtocol: 'This page and the server do not understand each other. Load the page again.',
        cannotConnect: 'The server cannot be reached. Check the network, then try again.',
        /** @param {string} name */
        kickedBy: (name) => `${name} has removed you from the group.`,
        /** @param {string} name @param {string} reason */
        kickedByFor: (name, reason) => `${name} has removed you from the group: ${reason}`,
        kicked: 'You have been removed from the group.',
        /** @param {string} reason */
        kickedFor: (reason) => `You have been removed from the group: ${reason}`,
    },
    reconnection: {
        title: 'Connection lost',
        explanation: 'The server does not answer. You will be back in the meeting as soon as it does.',
        /** @param {number} seconds */
        countdown: (seconds) => `Trying again in ${seconds} s`,
        trying: 'Trying…',
        now: 'Try now',
        giveUp: 'Leave',
        back: 'Connected again.',
        screenStopped: 'Connected again. Your screen is no longer shared.',
    },
    meeting: {
        locked: 'Locked',
        groupMenu: 'Group actions',
        settings: 'Settings',
    },
    toolbar: {
        label: 'Meeting controls',
        sound: 'Mic',
        mute: 'Mute microphone',
        unmute: 'Unmute microphone',
        camera: 'Camera',
        cameraOn: 'Turn on camera',
        cameraOff: 'Turn off camera',
        screen: 'Share',
        screenStart: 'Share your screen',
        screenStop: 'Stop sharing your screen',
        hand: 'Hand',
        handUp: 'Raise hand',
        handDown: 'Lower hand',
        chat: 'Chat',
        /** @param {number} count */
        unread: (count) => (count === 1 ? '1 new message' : `${count} new messages`),
        people: 'People',
        /** @param {number} count */
        hands: (count) => (count === 1 ? '1 hand raised' : `${count} hands raised`),
        leave: 'Leave',
        leaveLong: 'Leave the meeting',
    },
    grid: {
        label: 'Videos',
        empty: 'Nobody shows a picture yet.',
        emptyHint: 'Videos appear here as soon as somebody turns on a camera.',
        /** @param {string} name */
        own: (name) => (name ? `${name} (you)` : 'You'),
        /** @param {string} name */
        tile: (name) => `Video of ${name}`,
        /** @param {string} name */
        screen: (name) => `Screen of ${name}`,
        connecting: 'Connecting…',
        failed: 'Connection lost, trying again…',
        play: 'Play',
        muted: 'Microphone is off',
        /** @param {string} name */
        mutedOf: (name) => `The microphone of ${name} is off`,
        /** @param {string} name */
        silence: (name) => `Silence ${name} for me`,
        /** @param {string} name */
        fullScreen: (name) => `Full screen: ${name}`,
        stopScreen: 'Stop sharing this screen',
        stopCamera: 'Stop sending camera and microphone',
        /** @param {string} name */
        volume: (name) => `Volume of ${name}`,
        /** @param {string} name */
        pictureInPicture: (name) => `Small window: ${name}`,
    },
    dialog: {
        close: 'Close',
        cancel: 'Cancel',
    },
    panel: {
        close: 'Close panel',
    },
    chat: {
        title: 'Chat',
        messages: 'Messages',
        empty: 'No messages yet. Type /help for commands.',
        input: 'Message',
        send: 'Send',
        notAllowed: 'You may not write in this group.',
        private: 'private',
        server: 'Server',
        /** @param {string} name */
        privatelyTo: (name) => `Privately to ${name}`,
        toEverybody: 'Write to everybody again',
        /** @param {string} from */
        toYou: (from) => `${from} → you`,
        /** @param {string} to */
        youTo: (to) => `You → ${to}`,
        /** @param {string} name */
        menuOf: (name) => `Actions for the message of ${name}`,
        deleteMessage: 'Delete this message',
        /** @param {string} name */
        deleteAllOf: (name) => `Delete all messages of ${name}`,
        gone: 'This person has left. The message was not sent.',
        /** @param {string} name */
        userAddress: (name) => `${name} is at`,
    },
    commands: {
        user: 'USER',
        text: 'TEXT',
        optionalText: '[TEXT]',
        userAndText: 'USER TEXT',
        userAndReason: 'USER [REASON]',
        userNeeded: 'Say who is meant, for instance: /msg "Lise Meitner" Hello',
        textNeeded: 'There is no text in this command.',
        /** @param {string} user */
        noSuchUser: (user) => `There is nobody named “${user}” here.`,
        /** @param {string} name */
        unknown: (name) => `There is no command /${name}. Type /help for those that there are.`,
        /** @param {string} name */
        notAllowed: (name) => `You are not allowed to use /${name} here.`,
        help: {
            help: 'show these commands',
            me: 'say what you do',
            msg: 'write to one person only',
            sendfile: 'send a file to a person',
            raise: 'raise your hand',
            unraise: 'lower your hand',
            sharescreen: 'share a screen or a window',
            unsharescreen: 'stop sharing',
            renegotiate: 'connect all videos anew',
            replace: 'send camera and microphone as another stream',
            leave: 'leave the meeting',
            kick: 'remove a person from the group',
            identify: 'ask for the network address of a person, who is told',
            op: 'make a person an operator',
            unop: 'make an operator an ordinary member',
            present: 'let a person use camera and microphone',
            unpresent: 'no longer let a person use camera and microphone',
            shutup: 'no longer let a person write',
            unshutup: 'let a person write',
            mute: 'turn off a person’s microphone',
            muteall: 'turn off everybody’s microphone',
            warn: 'show a warning to a person',
            wall: 'show a warning to everybody',
            lock: 'let nobody else enter',
            unlock: 'let people enter again',
            clear: 'delete all messages, for everybody',
            subgroups: 'list the subgroups that are in use',
        },
    },
    users: {
        title: 'People',
        /** @param {number} count */
        titleOf: (count) => `People (${count})`,
        list: 'People in this group',
        /** @param {string} name */
        self: (name) => `${name} (you)`,
        anonymous: 'Anonymous',
        sendsVideo: 'sends video',
        sendsAudio: 'sends sound',
        muted: 'microphone is off',
        operator: 'operator',
        listener: 'may write only',
        observer: 'may watch only',
        raisedHand: 'hand raised',
        /** @param {string} name */
        actions: (name) => `Actions for ${name}`,
    },
    userMenu: {
        raiseHand: 'Raise your hand',
        lowerHand: 'Lower your hand',
        restartMedia: 'Restart all videos',
        settings: 'Settings',
        message: 'Private message',
        sendFile: 'Send a file…',
        mute: 'Mute the microphone',
        warn: 'Send a notice…',
        present: 'Allow camera and microphone',
        unpresent: 'Forbid camera and microphone',
        shutup: 'Forbid writing',
        unshutup: 'Allow writing',
        op: 'Make operator',
        unop: 'No longer operator',
        identify: 'Show the network address',
        kick: 'Remove from the group…',
    },
    groupMenu: {
        lock: 'Lock the group…',
        unlock: 'Unlock the group',
        muteAll: 'Mute everybody else',
        warnAll: 'Send a notice to everybody…',
        clearChat: 'Clear the chat…',
    },
    actions: {
        both: { cancel: 'Cancel', close: 'Close' },
        notConnected: 'Not done: there is no connection to the meeting.',
        /** @param {string} name */
        kick: (name) => ({
            title: `Remove ${name}?`,
            explanation: 'The connection ends at once. To keep somebody from coming back, lock the group.',
            field: 'Reason (optional)',
            confirm: 'Remove',
        }),
        /** @param {string} name */
        warn: (name) => ({ title: `Notice to ${name}`, field: 'Text', confirm: 'Send notice' }),
        warnAll: { title: 'Notice to everybody', field: 'Text', confirm: 'Send notice' },
        lock: {
            title: 'Lock the group?',
            explanation: 'Who is here stays. Nobody else can enter but operators.',
            field: 'Message for those outside (optional)',
            confirm: 'Lock',
        },
        clearChat: {
            title: 'Clear the chat?',
            explanation: 'All messages are deleted, for everybody. This cannot be undone.',
            confirm: 'Clear',
        },
    },
    files: {
        label: 'File transfers',
        unnamed: 'unnamed',
        /** @param {string} name */
        to: (name) => `To ${name}`,
        /** @param {string} name */
        from: (name) => `From ${name}`,
        /** @param {string} size */
        waiting: (size) => `${size}, waiting for an answer. The other will learn your network address.`,
        /** @param {string} size */
        offered: (size) => `${size}. If you accept, the sender learns your network address.`,
        connecting: 'Connecting…',
        /** @param {string} percent @param {string} size */
        sending: (percent, size) => `${percent} of ${size} sent`,
        /** @param {string} percent @param {string} size */
        receiving: (percent, size) => `${percent} of ${size} received`,
        /** @param {string} size */
        sent: (size) => `Sent, ${size}`,
        /** @param {string} size */
        received: (size) => `Received, ${size}`,
        /** @param {string} reason */
        failed: (reason) => `Not transferred: ${reason}`,
        cancelled: 'Cancelled',
        reasons: {
            declined: 'declined',
            cancelled: 'cancelled',
            tooMany: 'too many files at a time',
            unreachable: 'the other browser cannot be reached',
            ended: 'the connection to the other browser has ended',
            groupEnded: 'the connection to the meeting has ended',
            gone: 'the other person has left',
            unable: 'the other page takes no files',
            shorter: 'the file has been changed meanwhile',
            twice: 'this file is on its way already',
            otherVersion: 'the other page transfers files in another way',
            misunderstood: 'the two pages do not understand each other',
            more: 'more has come than was announced',
        },
        /** @param {number} count */
        refused: (count) => (
            count === 1 ? '1 more file was offered and refused: answer these first.'
                : `${count} more files were offered and refused: answer these first.`),
        accept: 'Accept',
        decline: 'Decline',
        cancel: 'Cancel',
        save: 'Save',
        dismiss: 'Dismiss',
        /** @param {string} name */
        acceptOf: (name) => `Accept ${name}`,
        /** @param {string} name */
        declineOf: (name) => `Decline ${name}`,
        /** @param {string} name */
        cancelOf: (name) => `Cancel ${name}`,
        /** @param {string} name */
        saveOf: (name) => `Save ${name}`,
        /** @param {string} name */
        dismissOf: (name) => `Dismiss ${name}`,
        /** @param {string} name */
        progressOf: (name) => `Progress of ${name}`,
    },
    settings: {
        title: 'Settings',
        devices: 'Camera and microphone',
        camera: 'Camera',
        microphone: 'Microphone',
        deviceDefault: 'Chosen by the browser',
        deviceGone: 'Not connected any more',
        /** @param {number} number */
        cameraNumbered: (number) => `Camera ${number}`,
        /** @param {number} number */
        microphoneNumbered: (number) => `Microphone ${number}`,
        mirror: 'Show me my own picture as in a mirror',
        sending: 'What to send',
        send: 'Video quality',
        sendHint: 'Lower it if others see you badly, or your connection is slow.',
        sendOptions: {
            lowest: 'Lowest (150 kbit/s)', low: 'Low (300 kbit/s)', normal: 'Normal (700 kbit/s)', unlimited: 'Unlimited',
        },
        simulcast: 'Second, small video',
        simulcastHint: 'Sent beside the large one, for those with a slow connection. It makes your computer work more.',
        simulcastOptions: { off: 'Never', auto: 'With three people or more', on: 'Always' },
        receiving: 'What to receive',
        request: 'Videos of others',
        requestHint: 'Receive less if pictures freeze or the sound breaks up.',
        requestOptions: {
            everything: 'Everything', low: 'Low quality', screenshare: 'Screens, and everybody’s sound',
            audio: 'Sound only', nothing: 'Nothing',
        },
        appearance: 'Appearance',
        theme: 'Colours',
        themeOptions: { auto: 'As the system', light: 'Light', dark: 'Dark' },
    },
    notices: {
        label: 'Notices',
        dismiss: 'Dismiss',
        /** @param {string} name @param {string} text */
        said: (name, text) => `${name}: ${text}`,
        /** @param {string} text */
        server: (text) => `The server says: ${text}`,
        notAuthorised: 'You are not allowed to do that.',
        noSuchUser: 'This person is no longer in the group.',
        locked: 'This group is locked: nobody else can enter.',
        /** @param {string} name */
        mutedBy: (name) => `${name} has muted your microphone.`,
        mutedByServer: 'The server has muted your microphone.',
        stillMuted: 'Your microphone is muted, as you left it. Unmute it to be heard.',
        mayPresent: 'Turn on your microphone or camera to be heard and seen.',
        presentGained: 'You may now use camera and microphone.',
        presentLost: 'You may no longer use camera and microphone.',
        opGained: 'You are an operator now.',
        opLost: 'You are no longer an operator.',
        messageLost: 'You may no longer write in this group.',
        messageGained: 'You may write in this group again.',
        groupLocked: 'The group has been locked.',
        groupUnlocked: 'The group has been unlocked.',
        /** @param {string} name */
        streamFailed: (name) => `The video of ${name} cannot be shown.`,
        /** @param {string} name */
        streamLost: (name) => `The connection for the video of ${name} is lost. It is being tried again.`,
    },
    screen: {
        /** @param {string} reason */
        failed: (reason) => `The screen cannot be shared: ${reason}`,
    },
    camera: {
        notAllowed: 'The browser was not allowed to use the camera or the microphone. Allow it in the address bar, then try again.',
        notFound: 'No such camera or microphone was found. Choose another in the settings.',
        noCamera: 'The camera cannot be used. Only the microphone is on.',
        noMicrophone: 'The microphone cannot be used. Only the camera is on.',
        busy: 'The camera or the microphone is in use by another program. Close it, then try again.',
        insecure: 'The browser allows camera and microphone only over HTTPS.',
        /** @param {string} reason */
        failed: (reason) => `Camera and microphone cannot be used: ${reason}`,
        /** @param {string} reason */
        notSent: (reason) => `Your video cannot be sent: ${reason}`,
    },
};
