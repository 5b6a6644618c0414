/** One thing that `doctor` looked at. */
export interface Check {
  name: string
  ok: boolean
  /** What was found. */
  detail: string
  /** What to do; null when it is fine. */
  fix: string | null
}

export const pass = (name: string, detail: string): Check => ({ name, ok: true, detail, fix: null })

export const miss = (name: string, detail: string, fix: string): Check => ({ name, ok: false, detail, fix })
