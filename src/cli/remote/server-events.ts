/** Reads server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */

export interface ServerEvent {
  id: string
  event: string
  data: string
}

/** Yields the whole events of each part that arrives, and nothing for comments; an event that is cut off is dropped. */
export async function* readServerEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent[]> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of body) {
    text = (text + decoder.decode(bytes, { stream: true })).replaceAll('\r\n', '\n')
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    yield blocks.map(parseEvent).filter(({ data }) => data !== '')
  }
}

const parseEvent = (block: string): ServerEvent => {
  const event: ServerEvent = { id: '', event: 'message', data: '' }
  const data: string[] = []
  for (const line of block.split('\n')) {
    const [, field, value = ''] = /^(id|event|data): ?(.*)$/.exec(line) ?? []
    if (field === 'data') data.push(value)
    else if (field === 'id' || field === 'event') event[field] = value
  }
  return { ...event, data: data.join('\n') }
}
