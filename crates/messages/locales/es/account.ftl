# Who is signed in, and choosing between accounts.

# Above the name of the person.
account_signed_in_as = Has iniciado sesión como
account_not_you = ¿No eres tú?
account_switch = Cambiar de cuenta

select_account_heading = Elige una cuenta
select_account_lede = para continuar en { $app }
select_account_lede_alone = para continuar en { $service }
# $name: the name of the person.
select_account_continue = Continuar como { $name }
select_account_other = Usar otra cuenta

home_heading_in = Has iniciado sesión
home_lede_in = Las aplicaciones que usan { $service } ya pueden reconocerte. Puedes cerrar esta página.
home_heading_out = Te damos la bienvenida a { $service }
home_lede_out = No has iniciado sesión. Las aplicaciones que usas te traen aquí cuando necesitan saber quién eres.
home_sign_in = Iniciar sesión
home_sign_out = Cerrar sesión
home_account = Tu cuenta
