import { generateKey } from '@plinth/host'
import { newId } from '@plinth/kernel'
import { importJWK, SignJWT } from 'jose'

/** The keys of the shop under test, and what signs with them. */
export interface Signer {
  /** For `JWT_KEYS`. */
  readonly keySet: string
  /** The Authorization header of a signed-in user. */
  readonly authorizationOf: (userId: string, roles?: readonly string[]) => Promise<string>
}

/** Signs buyers in without their passwords: hashing those for each would take longer than all the rest. */
export const createSigner = async (): Promise<Signer> => {
  const key = generateKey()
  const signingKey = await importJWK({ ...key }, key.alg)
  return {
    keySet: JSON.stringify({ keys: [key] }),
    authorizationOf: async (userId, roles = ['user']) => {
      const token = new SignJWT({ sid: newId(), roles, client_id: 'plinth' })
        .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt' })
        .setIssuer('plinth')
        .setAudience('plinth')
        .setSubject(userId)
        .setIssuedAt()
        .setExpirationTime('3h')
        .setJti(newId())
      return `Bearer ${await token.sign(signingKey)}`
    },
  }
}
