/** The notation `path=value` for one value inside an object: `customer.id=42`. */

const ASSIGNMENT = /^([\p{L}_][\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_-]+)*)=(.*)$/su

export interface Assignment {
  path: readonly string[]
  text: string
}

/** `place.city=Bern`. Undefined for text of another form. */
export const splitAssignment = (text: string): Assignment | undefined => {
  const [, path, value] = ASSIGNMENT.exec(text) ?? []
  return path === undefined || value === undefined ? undefined : { path: path.split('.'), text: value }
}

export const joinAssignment = ({ path, text }: Assignment): string => `${path.join('.')}=${text}`
