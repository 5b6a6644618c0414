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
