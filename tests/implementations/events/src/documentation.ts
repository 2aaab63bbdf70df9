import { applyDecorators } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBody,
  ApiConflictResponse,
  ApiExtraModels,
  ApiForbiddenResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiPayloadTooLargeResponse,
  ApiPreconditionFailedResponse,
  ApiProperty,
  ApiPropertyOptional,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
  ApiUnprocessableEntityResponse,
  ApiUnsupportedMediaTypeResponse,
} from '@nestjs/swagger';
import type { Type } from '@nestjs/common';

export class ErrorDto {
  @ApiProperty({ type: 'integer', example: 400 })
  statusCode: number;

  @ApiProperty({
    oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
    example: ['capacity must not be greater than 100000'],
    description: 'One message, or a list of them.',
  })
  message: string | string[];

  @ApiPropertyOptional({ example: 'Bad Request' })
  error?: string;
}

const ETAG = {
  ETag: { description: 'The version of the record.', schema: { type: 'string' as const, example: '"7"' } },
};

/** What every operation can answer. */
export const ApiCommon = () =>
  applyDecorators(
    ApiExtraModels(ErrorDto),
    ApiUnauthorizedResponse({ type: ErrorDto, description: 'There is no valid token.' }),
    ApiTooManyRequestsResponse({
      type: ErrorDto,
      description: 'Too many requests.',
      headers: { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' as const } } },
    }),
  );

/** What operations on one record can answer. */
export const ApiRecord = () =>
  applyDecorators(
    ApiCommon(),
    ApiForbiddenResponse({ type: ErrorDto, description: 'The record belongs to another organiser.' }),
    ApiNotFoundResponse({ type: ErrorDto, description: 'There is no such record, or it belongs to another organiser.' }),
  );

export const ApiShown = (type: Type<unknown>) =>
  applyDecorators(ApiRecord(), ApiOkResponse({ type, description: 'The record.', headers: ETAG }));

/** What operations with a body can answer. */
export const ApiWrite = () =>
  applyDecorators(
    ApiBadRequestResponse({
      type: ErrorDto,
      description: 'The body is not a JSON object, is nested more than 32 deep, or a value is not valid.',
    }),
    ApiPayloadTooLargeResponse({ type: ErrorDto, description: 'The body has more than 100 kB.' }),
    ApiUnsupportedMediaTypeResponse({ type: ErrorDto, description: 'The body is not application/json.' }),
    ApiUnprocessableEntityResponse({
      type: ErrorDto,
      description: 'A value cannot be processed, by itself or beside the other values of the record.',
    }),
  );

/** PATCH. */
export const ApiUpdate = (type: Type<unknown>, body: Type<unknown>, example: object) =>
  applyDecorators(
    ApiRecord(),
    ApiWrite(),
    ApiBody({ type: body, examples: { change: { summary: 'A change', value: example } } }),
    ApiOkResponse({ type, description: 'The record as it is now.', headers: ETAG }),
    ApiConflictResponse({ type: ErrorDto, description: 'The present state of the record does not allow the change.' }),
    ApiHeader({
      name: 'If-Match',
      required: false,
      description: 'The ETag that the record must have.',
      schema: { type: 'string' },
    }),
    ApiPreconditionFailedResponse({ type: ErrorDto, description: 'The record has another ETag.' }),
  );
