/**
 * Reads Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html): the data of each event, however its bytes
 * are cut. Other fields and comments are dropped.
 *
 * Two forms beyond the standard are read, as vendors send them: a last event without a blank line behind it, and JSON outside of events,
 * which an overloaded server writes into a stream in place of an error event.
 */
import { createLineSplitter } from './stream-lines.ts'

const LONGEST_PLAIN_CHARS = 64_000

/** @param onDone Called for `[DONE]`, with which some vendors end a stream. */
export async function* readEvents(
  pieces: AsyncIterable<Uint8Array>,
  onDone: () => void = () => {},
): AsyncGenerator<string> {
  const reader = createEventReader(onDone)
  const decoder = new TextDecoder()
  for await (const piece of pieces) yield* reader.read(decoder.decode(piece, { stream: true }))
  yield* reader.end()
}

interface EventReader {
  /** The events that are complete with this piece of text. */
  read(piece: string): string[]
  /** An event that is still open, and JSON outside of events. */
  end(): string[]
}

const createEventReader = (onDone: () => void): EventReader => {
  const lines = createLineSplitter()
  let data: string[] = []
  /** Lines that are no field of an event. */
  let plain = ''

  const take = (): string[] => {
    const event = data.join('\n')
    data = []
    if (event === '[DONE]') onDone()
    return event === '' || event === '[DONE]' ? [] : [event]
  }

  const takeLine = (whole: string): string[] => {
    if (whole === '') return take()
    if (whole.startsWith('data:')) data.push(whole.slice(5).trim())
    else if (!IGNORED.test(whole) && plain.length < LONGEST_PLAIN_CHARS) plain += whole
    return []
  }

  return {
    read: (piece) => lines.take(piece).flatMap((whole) => takeLine(whole.endsWith('\r') ? whole.slice(0, -1) : whole)),
    end() {
      const rest = takeLine(lines.end().trim())
      return [...rest, ...take(), ...(/^\[?\{/.test(plain) ? [plain] : [])]
    },
  }
}

/** Comments, and fields that carry no data. */
const IGNORED = /^(:|event:|id:|retry:)/
