// SPDX-License-Identifier: BSD-2-Clause
/*
 * Each json_x() takes the text at the start of an x and returns the text
 * behind it, or NULL when there is no x.
 */
#include <stddef.h>
#include <string.h>

#include "sim/json.h"

static const char *json_value(const char *p, unsigned int depth);

const char *json_skip_space(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

static const char *json_string(const char *p)
{
	if (*p++ != '"')
		return NULL;
	while (*p != '"') {
		if ((unsigned char)*p < 0x20)
			return NULL;
		if (*p++ != '\\')
			continue;
		if (*p == 'u') {
			if (strspn(p + 1, "0123456789abcdefABCDEF") < 4)
				return NULL;
			p += 5;
		} else if (*p && strchr("\"\\/bfnrt", *p)) {
			p++;
		} else {
			return NULL;
		}
	}
	return p + 1;
}

static const char *json_digits(const char *p)
{
	size_t n = strspn(p, "0123456789");

	return n ? p + n : NULL;
}

static const char *json_number(const char *p)
{
	if (*p == '-')
		p++;
	p = *p == '0' ? p + 1 : json_digits(p);
	if (p && *p == '.')
		p = json_digits(p + 1);
	if (p && (*p == 'e' || *p == 'E')) {
		p++;
		if (*p == '+' || *p == '-')
			p++;
		p = json_digits(p);
	}
	return p;
}

static const char *json_word(const char *p, const char *word)
{
	size_t len = strlen(word);

	return strncmp(p, word, len) ? NULL : p + len;
}

/* Behind the name and the colon of a member: at its value. */
static const char *json_name(const char *p)
{
	p = json_string(json_skip_space(p));
	if (!p)
		return NULL;
	p = json_skip_space(p);
	return *p == ':' ? json_skip_space(p + 1) : NULL;
}

/* An object or an array: values with commas between @open and @close. */
static const char *json_list(const char *p, char close, unsigned int depth)
{
	bool object = close == '}';

	if (!depth)
		return NULL;
	p = json_skip_space(p + 1);
	if (*p == close)
		return p + 1;
	for (;;) {
		if (object)
			p = json_name(p);
		if (p)
			p = json_value(json_skip_space(p), depth - 1);
		if (!p)
			return NULL;
		p = json_skip_space(p);
		if (*p == close)
			return p + 1;
		if (*p++ != ',')
			return NULL;
	}
}

static const char *json_value(const char *p, unsigned int depth)
{
	switch (*p) {
	case '{':
		return json_list(p, '}', depth);
	case '[':
		return json_list(p, ']', depth);
	case '"':
		return json_string(p);
	case 't':
		return json_word(p, "true");
	case 'f':
		return json_word(p, "false");
	case 'n':
		return json_word(p, "null");
	default:
		return json_number(p);
	}
}

bool json_valid(const char *text)
{
	const char *p = json_value(json_skip_space(text), JSON_DEPTH);

	return p && !*json_skip_space(p);
}

const char *json_member(const char *text, const char *name)
{
	const char *p = json_skip_space(text);
	size_t len = strlen(name);

	if (*p != '{')
		return NULL;
	p = json_skip_space(p + 1);
	while (*p == '"') {
		const char *member = p;

		p = json_name(p);
		if (!p)
			return NULL;
		if (!strncmp(member + 1, name, len) && member[1 + len] == '"')
			return p;
		p = json_value(p, JSON_DEPTH);
		if (!p)
			return NULL;
		p = json_skip_space(p);
		p = json_skip_space(*p == ',' ? p + 1 : p);
	}
	return NULL;
}
