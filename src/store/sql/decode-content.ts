/** Decodes messages and definitions. @throws StoreError `corrupt` that names the row */
import { isJsonObject, type JsonValue, tryParseJson } from '../../core/json.ts'
import type { Definition } from '../definition-store.ts'
import type { InboxMessage } from '../inbox-store.ts'
import { StoreError } from '../store-error.ts'
import { COLUMN_TYPES } from './column-types.ts'
import { cut, decodeRow, expectTypes } from './damaged-rows.ts'

const KINDS: readonly string[] = ['cancel', 'pause', 'unpause', 'signal', 'decision'] satisfies InboxMessage['kind'][]

export const toMessage = (
  { id, kind, body }: { id: string; kind: InboxMessage['kind']; body: string },
  unpack: (text: string) => JsonValue,
): InboxMessage =>
  decodeRow(`message '${id}'`, () => {
    expectTypes({ id, kind, body }, { ...COLUMN_TYPES.inbox, body: 'text' })
    if (!KINDS.includes(kind)) throw new StoreError('corrupt', `kind '${cut(kind)}' is not known to this program`)
    return { id, kind, body: unpack(body) }
  })

export const toDefinition = (found: Omit<Definition, 'links'> & { links: string }): Definition =>
  decodeRow(`definition '${found.hash}'`, () => {
    expectTypes(found, COLUMN_TYPES.definition)
    const links = tryParseJson(found.links)
    if (isJsonObject(links)) return { ...found, links }
    throw new StoreError('corrupt', `its links '${cut(found.links)}' are not a JSON object`)
  })
