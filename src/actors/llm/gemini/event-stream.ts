/**
 * Server-Sent Events, written anew in the one form that `@google/generative-ai` reads: `data: JSON`, a blank line, nothing else.
 *
 * Its own reader stops at comments, at fields other than `data`, at U+2028 within a text, and at an event without a blank line behind it;
 * an error that the server writes into a stream without `data:` before it (it does, when a model is overloaded) it can't read either.
 */
const LONGEST_PLAIN_CHARS = 64_000

export const rewriteEvents = (): TransformStream<Uint8Array, Uint8Array> => {
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  const reader = createEventReader()
  return new TransformStream({
    transform(chunk, controller) {
      const text = reader.read(decoder.decode(chunk, { stream: true }))
      if (text !== '') controller.enqueue(encoder.encode(text))
    },
    flush(controller) {
      const text = reader.end()
      if (text !== '') controller.enqueue(encoder.encode(text))
    },
  })
}

interface EventReader {
  /** The events that are complete with this piece of text. */
  read(piece: string): string
  /** What was not, and an error that stood outside of events. */
  end(): string
}

const createEventReader = (): EventReader => {
  let line = ''
  let data: string[] = []
  /** Lines that are no field of an event. */
  let plain = ''

  const take = (): string => {
    const text = writeEvent(data.join(' '))
    data = []
    return text
  }

  const takeLine = (whole: string): string => {
    if (whole === '') return take()
    if (whole.startsWith('data:')) data.push(whole.slice(5).trim())
    else if (!IGNORED.test(whole) && plain.length < LONGEST_PLAIN_CHARS) plain += whole
    return ''
  }

  return {
    read(piece) {
      // A line is searched for its end once, however small the pieces are.
      if (!piece.includes('\n')) {
        line += piece
        return ''
      }
      const lines = (line + piece).split('\n')
      line = lines.pop() ?? ''
      return lines.map((whole) => takeLine(whole.endsWith('\r') ? whole.slice(0, -1) : whole)).join('')
    },
    end() {
      const rest = takeLine(line.trim())
      return rest + take() + (plain.startsWith('{') || plain.startsWith('[{') ? writeEvent(plain) : '')
    },
  }
}

/** Comments, and fields that say nothing here. */
const IGNORED = /^(:|event:|id:|retry:)/

const writeEvent = (json: string): string =>
  json === '' || json === '[DONE]' ? '' : `data: ${json.replace(/[\u2028\u2029]/g, escapeSeparator)}\n\n`

const escapeSeparator = (character: string): string => (character === '\u2028' ? '\\u2028' : '\\u2029')
