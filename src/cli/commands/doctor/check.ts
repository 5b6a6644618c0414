/** Result of one check of `doctor`. */
export interface Check {
  name: string
  ok: boolean
  /** The finding. */
  detail: string
  /** The remedy; null if the check passed. */
  fix: string | null
}

export const pass = (name: string, detail: string): Check => ({ name, ok: true, detail, fix: null })

export const miss = (name: string, detail: string, fix: string): Check => ({ name, ok: false, detail, fix })
