/** Splits a text that comes in pieces into its lines. A line is searched for its end once, however small the pieces are. */
export interface LineSplitter {
  /** Returns the lines that end within this piece, without their line feeds. */
  take(piece: string): string[]
  /** Returns the line that is still open, which may be empty. */
  end(): string
}

export const createLineSplitter = (): LineSplitter => {
  let open = ''
  return {
    take(piece) {
      if (!piece.includes('\n')) {
        open += piece
        return []
      }
      const lines = (open + piece).split('\n')
      open = lines.pop() ?? ''
      return lines
    },
    end: () => open,
  }
}

/** Reads the lines of a body, however its bytes are cut. Blank ones are dropped. */
export async function* readLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const splitter = createLineSplitter()
  const decoder = new TextDecoder()
  for await (const piece of pieces) yield* splitter.take(decoder.decode(piece, { stream: true })).filter(isWritten)
  yield* [...splitter.take(decoder.decode()), splitter.end()].filter(isWritten)
}

const isWritten = (line: string): boolean => line.trim() !== ''
