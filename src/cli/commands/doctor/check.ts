/** Result of one check of `doctor`. */
export interface DoctorCheck {
  name: string
  ok: boolean
  /** The finding. */
  detail: string
  /** The remedy; null if the check passed. */
  fix: string | null
}

export const pass = (name: string, detail: string): DoctorCheck => ({ name, ok: true, detail, fix: null })

export const miss = (name: string, detail: string, fix: string): DoctorCheck => ({ name, ok: false, detail, fix })
