// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import { html, render } from '../../lib/html.js';
import { texts } from '../texts.js';

const t = texts.notFound;

document.body.append(render(html`
    <main class="landing">
        <header>
            <img src="/images/icon.svg" alt="" width="56" height="56">
            <h1>${texts.product}</h1>
        </header>
        <section class="card">
            <h2>${t.title}</h2>
            <p class="quiet">${t.explanation}</p>
            <p><a class="button primary" href="/">${t.back}</a></p>
        </section>
    </main>`));
