import { ArgumentMetadata, BadRequestException, Injectable, ValidationPipe, applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsObject, ValidateBy, ValidateNested, ValidationError, ValidationOptions } from 'class-validator';
import { hasFault, hasVariant } from './options';

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;

/** Strings lose the white space around them before they are checked. */
export const Trim = () => Transform(({ value }) => (typeof value === 'string' ? value.trim() : value));

/** E-mail addresses are kept in lower case and without white space around them. */
export const NormalizeEmail = () =>
  Transform(({ value }) => (typeof value === 'string' ? value.trim().toLowerCase() : value));

/** One nested object, not a list. */
export const NestedObject = () => applyDecorators(IsObject(), ValidateNested());

/** A list of nested objects; ValidateNested alone lets lists in lists pass. */
export const NestedList = () => applyDecorators(IsObject({ each: true }), ValidateNested({ each: true }));

const DEEPEST = 32;

function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((each) => (typeof each === 'object' && each ? Object.values(each) : []));
  }
  return false;
}

function isInstant(value: unknown, rollover: boolean): boolean {
  const match = typeof value === 'string' ? INSTANT.exec(value) : null;
  if (!match) return false;
  const [year, month, day] = match.slice(1, 4).map(Number);
  const lastDay = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  const time = Date.parse((value as string).toUpperCase());
  const utcYear = new Date(time).getUTCFullYear();
  const inRange = utcYear >= 0 && utcYear <= 9999;
  return inRange && month >= 1 && month <= 12 && day >= 1 && day <= (rollover ? 31 : lastDay);
}

/** A date-time of RFC 3339. */
export function IsInstant(options: ValidationOptions & { rollover?: boolean } = {}): PropertyDecorator {
  const { rollover = false, ...rest } = options;
  return ValidateBy(
    {
      name: 'isInstant',
      validator: {
        validate: (value) => isInstant(value, rollover),
        defaultMessage: (args) => `${args?.property} must be a date-time of RFC 3339`,
      },
    },
    rest,
  );
}

/** A number of at most two decimals; IsNumber fails on 1e-7. */
export const IsAmount = () =>
  ValidateBy({
    name: 'isAmount',
    validator: {
      validate: (value) => typeof value === 'number' && Number(value.toFixed(2)) === value,
      defaultMessage: (args) => `${args?.property} must be a number of at most two decimals`,
    },
  });

/** How a date-time is kept: in UTC. */
export function toUtc(value: string): string {
  const text = new Date(value.toUpperCase()).toISOString();
  return hasVariant('whole-seconds') ? text.replace(/\.\d+Z$/, '+00:00') : text;
}

/** The validation of all bodies: properties that a DTO does not name are dropped. */
@Injectable()
export class BodyPipe extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      transform: true,
      errorHttpStatusCode: hasVariant('validation-422') ? 422 : 400,
    });
  }

  createExceptionFactory() {
    const usual = super.createExceptionFactory();
    if (hasFault('messages-as-objects')) {
      return (errors: ValidationError[] = []) =>
        new BadRequestException(errors.map(({ property, constraints }) => ({ property, constraints })));
    }
    if (!hasVariant('first-message-only')) return usual;
    return (errors: ValidationError[] = []) => new BadRequestException(this.flattenValidationErrors(errors)[0]);
  }

  async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'body' && (typeof value !== 'object' || value === null || Array.isArray(value))) {
      throw new BadRequestException(['the body must be a JSON object']);
    }
    if (isTooDeep(value)) throw new BadRequestException([`the body must not be nested more than ${DEEPEST} deep`]);
    return super.transform(value, metadata);
  }
}
