/** Refusals: what a client is told when a request is not carried out. */

const TEXTS = {
  en: {
    blank: () => 'This field may not be blank.',
    does_not_exist: () => 'There is no such address.',
    error: () => 'The server failed.',
    invalid: () => 'Not a valid value.',
    invalid_choice: () => 'Not one of the choices.',
    max_length: ({ limit }) => `No more than ${limit} characters are allowed.`,
    method_not_allowed: () => 'The method is not allowed here.',
    not_acceptable: () => 'The answer can be sent as JSON only.',
    not_authenticated: () => 'A credential is needed.',
    not_found: () => 'There is nothing at this address.',
    null: () => 'This field may not be null.',
    null_characters_not_allowed: () => 'Null characters are not allowed.',
    parse_error: () => 'The body is not JSON.',
    payload_too_large: () => 'The body is too large.',
    precondition_failed: () => 'The profile has changed since it was read.',
    read_only: () => 'This field cannot be changed.',
    surrogate_characters_not_allowed: () => 'Half of a surrogate pair is not a character.',
    token_not_valid: () => 'The token is not valid or has expired.',
    unknown_field: () => 'There is no such field.',
    unsupported_media_type: () => 'The body must be JSON.',
  },
  ar: {
    blank: () => 'لا يمكن أن يكون هذا الحقل فارغا.',
    does_not_exist: () => 'العنوان غير موجود.',
    error: () => 'حدث خطأ في الخادم.',
    invalid: () => 'قيمة غير صالحة.',
    invalid_choice: () => 'ليس من الخيارات المتاحة.',
    max_length: ({ limit }) => `يجب ألا يزيد النص على ${limit} حرفا.`,
    method_not_allowed: () => 'الطريقة غير مسموح بها.',
    not_authenticated: () => 'لم يتم تزويد بيانات الدخول.',
    not_found: () => 'غير موجود.',
    null: () => 'لا يمكن أن تكون القيمة null.',
    token_not_valid: () => 'الرمز غير صالح أو منتهي الصلاحية.',
  },
};

/** A request is refused. `errors` is a list of {code, attr, limit?}; attr is null where no field is at fault. */
export class Problem extends Error {
  constructor(status, errors, { type = 'client_error', headers = {} } = {}) {
    super(errors.map(({ code }) => code).join(', '));
    Object.assign(this, { status, errors, type, headers });
  }
}

/** A refusal of the request as a whole. */
export function refusal(status, code, headers = {}) {
  return new Problem(status, [{ code, attr: null }], { headers });
}

/** A refusal of values in the body. */
export function invalid(errors) {
  return new Problem(400, errors, { type: 'validation_error' });
}

const FRAMEWORK_CODES = { 400: 'parse_error', 413: 'payload_too_large', 415: 'unsupported_media_type' };

/** What an exception means for the client: a refusal stays as it is, anything unforeseen is a 500 without its text. */
export function asProblem(error) {
  if (error instanceof Problem) return error;
  const code = FRAMEWORK_CODES[error.statusCode];
  if (code) return refusal(error.statusCode, code);
  console.error(error);
  return new Problem(500, [{ code: 'error', attr: null }], { type: 'server_error' });
}

/** The text for people that goes with an error; English where there is no translation. */
export function detail(error, language) {
  const text = TEXTS[language]?.[error.code] ?? TEXTS.en[error.code];
  return text(error);
}
