/** The page that shows the OpenAPI document: plain HTML, which loads nothing and runs no script. */
import { html, raw } from 'hono/html'
import type { JsonObject } from '../../core/json.ts'
import { readDocument, type ShownDocument, type ShownOperation } from './read-document.ts'
import { anchorOf, showFields, showType } from './show-schema.ts'
import { type Html, showText } from './show-text.ts'
import { STYLE } from './style.ts'

export const showDocument = async (document: JsonObject): Promise<string> => {
  const shown = readDocument(document)
  const page = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Troupe HTTP API</title>
        <style>${raw(STYLE)}</style>
      </head>
      <body>
        ${showContents(shown)}
        <main>
          <h1>Troupe HTTP API <small>${shown.version}</small></h1>
          <p>
            For programs: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1). Requests send
            <code>Authorization: Bearer TOKEN</code> with a token of the scope that each operation names; bodies are
            <code>application/json</code>. All errors (4XX, 5XX) are problem documents: <a href="#${anchorOf('Problem')}">Problem</a>.
          </p>
          ${[...shown.groups].map(
            ([tag, operations]) => html`<h2 id="tag-${tag}">${tag}</h2>${operations.map(showOperation)}`,
          )}
          <h2 id="schemas">schemas</h2>
          ${shown.schemas.map(
            ({ name, schema }) => html`<section id="${anchorOf(name)}">
              <h3>${name} <span class="type">${showType(schema)}</span></h3>
              ${showFields(schema)}
            </section>`,
          )}
        </main>
      </body>
    </html>`
  return String(page)
}

const showContents = ({ groups, schemas }: ShownDocument): Html => html`<nav aria-label="Contents">
  ${[...groups].map(
    ([tag, operations]) => html`<a class="tag" href="#tag-${tag}">${tag}</a>
      <ul>
        ${operations.map(({ id, summary }) => html`<li><a href="#${id}" title="${summary}">${id}</a></li>`)}
      </ul>`,
  )}
  <a class="tag" href="#schemas">schemas</a>
  <ul>
    ${schemas.map(({ name }) => html`<li><a href="#${anchorOf(name)}">${name}</a></li>`)}
  </ul>
</nav>`

const showOperation = ({ id, method, path, summary, scope, parameters, body, answers }: ShownOperation): Html =>
  html`<section id="${id}">
    <h3><span class="method ${method.toLowerCase()}">${method}</span> <code>${path}</code></h3>
    <p>${summary}. <span class="note">${scope === undefined ? 'no token' : html`scope <code>${scope}</code>`}</span></p>
    ${
      parameters.length === 0
        ? ''
        : html`<ul class="fields">
            ${parameters.map(
              ({ name, place, isRequired, description, schema }) => html`<li>
                <code class="name">${name}</code> <span class="type">${showType(schema)}</span>
                <span class="note">· ${place}${isRequired || place === 'path' ? '' : ', may be absent'}</span>
                ${showText(description)}
              </li>`,
            )}
          </ul>`
    }
    ${
      body === undefined
        ? ''
        : html`<p>Body: <span class="type">${showType(body.schema)}</span>${body.isRequired ? '' : html` <span class="note">may be absent</span>`}</p>`
    }
    <table>
      ${answers
        .filter(({ status }) => !status.endsWith('XX'))
        .map(
          ({ status, description, type, schema }) => html`<tr>
          <th scope="row">${status}</th>
          <td>${type.endsWith('json') ? showType(schema) : html`<code>${type}</code>`}</td>
          <td>${showText(description)}</td>
        </tr>`,
        )}
    </table>
  </section>`
