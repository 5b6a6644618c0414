/** Result of one check of `doctor`. */
export interface DoctorCheck {
  name: string
  ok: boolean
  /** The finding. */
  detail: string
  /** The remedy; null if there is nothing to mend. */
  fix: string | null
}

export const pass = (name: string, detail: string): DoctorCheck => ({ name, ok: true, detail, fix: null })

/** Passes, with advice. */
export const warn = (name: string, detail: string, fix: string): DoctorCheck => ({ name, ok: true, detail, fix })

export const miss = (name: string, detail: string, fix: string): DoctorCheck => ({ name, ok: false, detail, fix })
