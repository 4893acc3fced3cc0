# What every page shares.

# The title of the window. $page: what the page is called. $service: the name of this service.
page_title = { $page } · { $service }

# What this language calls itself.
language_name = Español
# Said of the list of languages.
language_label = Idioma

# Links to what an app says about itself, on a line of their own.
app_policy = Política de privacidad
app_terms = Condiciones de uso
# What that line begins with. $app: the name of the app.
app_links = Acerca de { $app }:

# Demasiados intentos de alguien, o de un mismo lugar. $count: cuánto hay que esperar.
throttled_seconds =
    { $count ->
        [one] Hubo demasiados intentos. Espera { $count } segundo e inténtalo de nuevo.
       *[other] Hubo demasiados intentos. Espera { $count } segundos e inténtalo de nuevo.
    }
throttled_minutes =
    { $count ->
        [one] Hubo demasiados intentos. Espera { $count } minuto e inténtalo de nuevo.
       *[other] Hubo demasiados intentos. Espera { $count } minutos e inténtalo de nuevo.
    }
throttled_hours =
    { $count ->
        [one] Hubo demasiados intentos. Espera { $count } hora e inténtalo de nuevo.
       *[other] Hubo demasiados intentos. Espera { $count } horas e inténtalo de nuevo.
    }
